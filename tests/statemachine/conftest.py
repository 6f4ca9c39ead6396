"""Sets the stage for each test, and clears it."""

import pytest
from moto import mock_aws

import processes
from stage import Stage


@pytest.fixture
def stage(monkeypatch, tmp_path):
    """`stage(policy)` is the stage for that policy."""
    stages = []

    def set_up(document):
        stages.append(Stage(document, tmp_path, monkeypatch))
        return stages[-1]

    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield set_up
    processes.stop_all()
    for one in stages:
        one.wire.stop()
