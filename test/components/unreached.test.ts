import { expect, test } from "vitest";
import { unreachedSentence } from "../../components/host/unreached.ts";

const doctor = "To see why: npm run doctor -- --stack svlnas; then again: pulumi up --stack svlnas";

test.each([
  [
    "after 10 failed attempts: dial tcp 192.168.1.2:22: connect: connection refused",
    `The host nas can't be reached. ${doctor}`,
  ],
  [
    'Unable to create container: error during connect: Post "http://docker.example.com/v1.41": command [ssh] has exited with exit status 255',
    `The host nas can't be reached. ${doctor}`,
  ],
  [
    "dial unix /tmp/ssh-1/agent.2: connect: no such file or directory",
    `The host nas can't be reached. ${doctor}`,
  ],
  [
    'wait: remote command exited without exit status or exit signal: running "timeout":\n',
    `The connection to the host nas was lost. ${doctor}`,
  ],
  [
    'Process exited with status 124: running "timeout":\n',
    "A command on the host nas had not ended after 20 min. Check whether Docker answers there: docker ps; then again: pulumi up --stack svlnas",
  ],
  [
    "Error stopping container 4711: Error response from daemon: No such container: 4711",
    "A container of this stack is gone from the host nas. npm run doctor -- --stack svlnas && pulumi refresh --stack svlnas --clear-pending-creates --yes && pulumi up --stack svlnas",
  ],
  ['Process exited with status 1: running "timeout":\nerror during connect: the sink', undefined],
])("%s", (error, sentence) => {
  expect(unreachedSentence(error, "nas", "svlnas")).toBe(sentence);
});
