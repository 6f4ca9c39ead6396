#!/usr/bin/env python3
"""Points the official SDK at an endpoint: finds the zone, lists its SCIM keys, disables one, and looks again.

Usage: list_and_disable.py HOST:PORT SECRET_ID SECRET_KEY

Needs tencentcloud-sdk-python-organization. Speaks plain HTTP, so it is for the simulator and nothing else. Exits with
0 if the key that it disabled is then listed as Disabled and every other key as before, and otherwise with 1.
"""

import sys

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.organization.v20210331 import models
from tencentcloud.organization.v20210331.organization_client import OrganizationClient


def connect(endpoint, secret_id, secret_key):
    http = HttpProfile(protocol="http", endpoint=endpoint, reqTimeout=10)
    return OrganizationClient(Credential(secret_id, secret_key), "", ClientProfile(httpProfile=http))


def statuses(client, zone):
    """The status of each key, by its id."""
    request = models.ListSCIMCredentialsRequest()
    request.ZoneId = zone
    answer = client.ListSCIMCredentials(request)
    if answer.TotalCounts != len(answer.SCIMCredentials):
        sys.exit(f"{answer.TotalCounts} keys counted, {len(answer.SCIMCredentials)} listed")
    return {key.CredentialId: key.Status for key in answer.SCIMCredentials}


def disable(client, zone, key):
    request = models.UpdateSCIMCredentialStatusRequest()
    request.ZoneId = zone
    request.CredentialId = key
    request.NewStatus = "Disabled"
    client.UpdateSCIMCredentialStatus(request)


def main(endpoint, secret_id, secret_key):
    client = connect(endpoint, secret_id, secret_key)
    zone = client.DescribeIdentityCenter(models.DescribeIdentityCenterRequest()).ZoneId
    before = statuses(client, zone)
    key = next((key for key, status in before.items() if status == "Enabled"), None)
    if key is None:
        sys.exit(f"zone {zone} has no key that is Enabled: {before}")
    disable(client, zone, key)
    after = statuses(client, zone)
    if after != before | {key: "Disabled"}:
        sys.exit(f"before: {before}, after disabling {key}: {after}")
    print(f"zone {zone}: disabled {key}; now {after}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except TencentCloudSDKException as error:
        sys.exit(f"the SDK reports: {error}")
