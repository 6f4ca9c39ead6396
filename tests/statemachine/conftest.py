"""Sets the stage for each test, and clears it."""

import pytest
from moto import mock_aws

import processes
from stage import Ground, Stage


@pytest.fixture
def grounds():
    """What was set up, to be cleared."""
    made = []
    yield made
    processes.stop_all()
    for one in made:
        one.wire.stop()


@pytest.fixture
def stage(monkeypatch, tmp_path, grounds):
    """`stage(policy)` is the stage for that policy."""

    def set_up(document, *ages):
        grounds.append(Stage(document, tmp_path / "stage", monkeypatch, *ages))
        return grounds[-1]

    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield set_up


@pytest.fixture
def ground(tmp_path, grounds):
    """`ground(policy)` is what a host stands on with that policy."""

    def set_up(document, *ages):
        grounds.append(Ground(document, tmp_path / "host", *ages))
        return grounds[-1]

    return set_up
