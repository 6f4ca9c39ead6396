// The same job on Node and the official SDK: find the zone, list its keys, disable the first.
//
// AWS's own runtime for Node (aws-lambda-ric) compiles a C++ client with cmake when it is installed, and needs Node 22. This
// is the least that stands in for it, on Node's own HTTP client, so Node starts faster here than on Lambda.

import http from "node:http";
import net from "node:net";
import { Client } from "tencentcloud-sdk-nodejs/tencentcloud/services/organization/v20210331/organization_client.js";

// The SDK signs for the service that its endpoint's name begins with, and no port: so the name is made up, and its
// connections go to the simulator.
const { hostname, port } = new URL(process.env.SCIM_KEYS_ENDPOINT);
const cloud = new http.Agent({ keepAlive: true });
cloud.createConnection = () => net.connect({ host: hostname, port });
const client = new Client({
  credential: { secretId: process.env.TENCENTCLOUD_SECRET_ID, secretKey: process.env.TENCENTCLOUD_SECRET_KEY },
  profile: { httpProfile: { protocol: "http://", endpoint: "organization.localhost", reqTimeout: 10, agent: cloud } },
});
const runtime = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const agent = new http.Agent({ keepAlive: true });

async function handler() {
  const { ZoneId } = await client.DescribeIdentityCenter({});
  const { SCIMCredentials } = await client.ListSCIMCredentials({ ZoneId });
  const [{ CredentialId }] = SCIMCredentials;
  await client.UpdateSCIMCredentialStatus({ ZoneId, CredentialId, NewStatus: "Disabled" });
  return { disabled: CredentialId };
}

function exchange(method, url, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const { headers, body } = await exchange("GET", `${runtime}/next`);
  const answer = await handler(JSON.parse(body));
  const id = headers["lambda-runtime-aws-request-id"];
  await exchange("POST", `${runtime}/${id}/response`, JSON.stringify(answer));
}
