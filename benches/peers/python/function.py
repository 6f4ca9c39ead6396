"""The same job on AWS's Python runtime and the official SDK: find the zone, list its keys, disable the first.

    python -m awslambdaric function.handler
"""

import os

from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.organization.v20210331 import models
from tencentcloud.organization.v20210331.organization_client import OrganizationClient

SCHEME, ENDPOINT = os.environ["SCIM_KEYS_ENDPOINT"].split("://")
SECRET = Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
PROFILE = ClientProfile(httpProfile=HttpProfile(protocol=SCHEME, endpoint=ENDPOINT, reqTimeout=10, keepAlive=True))
CLIENT = OrganizationClient(SECRET, "", PROFILE)


def handler(_event, _context):
    zone = CLIENT.DescribeIdentityCenter(models.DescribeIdentityCenterRequest()).ZoneId
    wanted = models.ListSCIMCredentialsRequest()
    wanted.ZoneId = zone
    key = CLIENT.ListSCIMCredentials(wanted).SCIMCredentials[0].CredentialId
    off = models.UpdateSCIMCredentialStatusRequest()
    off.ZoneId, off.CredentialId, off.NewStatus = zone, key, "Disabled"
    CLIENT.UpdateSCIMCredentialStatus(off)
    return {"disabled": key}
