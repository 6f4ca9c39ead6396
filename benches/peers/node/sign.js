// Signs one request many times with the official SDK's own code. Usage: sign.js CALLS. Prints the nanoseconds of a call in each
// of seven rounds, and the signature.

import sdk from "tencentcloud-sdk-nodejs/tencentcloud/common/sign.js";

const payload = Buffer.from('{"ZoneId":"z-acme0demo001"}');
const sign = () => sdk.default.sign3({
  method: "POST",
  url: "https://organization.intl.tencentcloudapi.com/",
  payload,
  timestamp: 1795500000,
  service: "organization",
  secretId: "AKIDSIMULATOR0000000000000000000NOTREAL",
  secretKey: "simulator-secret-key-not-real",
  headers: { "Content-Type": "application/json" },
});

const calls = Number(process.argv[2]);
const rounds = [];
for (let round = 0; round < 8; round++) {
  const began = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) sign();
  rounds.push(Number(process.hrtime.bigint() - began) / calls);
}
console.log(JSON.stringify({ ns: rounds.slice(1), authorization: sign() }));
