import { expect, test } from "vitest";
import { answerInError, answerOf } from "../../../components/github/github-answers.ts";

test("an answer's headers are found by their names in lower case", () => {
  const headers = JSON.stringify({ "X-Oauth-Scopes": ["repo", "gist"] });
  expect(answerOf({ code: 404, headers, body: '{"message":"Not Found"}' })).toEqual({
    status: 404,
    headers: { "x-oauth-scopes": "repo, gist" },
    body: { message: "Not Found" },
  });
});

test("a body that is not JSON is left out", () => {
  expect(answerOf({ code: 200, headers: "{}", body: "<html>" })).toEqual({
    status: 200,
    headers: {},
    body: undefined,
  });
});

test("nothing at all is what the provider gives of something that is not GitHub", () => {
  expect(answerOf({ code: 0, headers: "", body: "" })).toEqual({
    problem: "what answers at github.apiUrl is not GitHub's REST API",
  });
});

test.each([
  ["GET https://api.github.com/repos/o/r: 401 Bad credentials []", 401, "Bad credentials"],
  [
    "invocation of github:index/getRestApi:getRestApi returned an error: invoking github:index/getRestApi:getRestApi: 1 error occurred:\n\t* GET http://127.0.0.1:8080/api/v3/repos/o/r: 403 Resource not accessible by personal access token []\n\n",
    403,
    "Resource not accessible by personal access token",
  ],
  [
    "GET https://api.github.com/repos/o/r: 403 API rate limit of 5000 still exceeded until 2027-01-31, not making remote request. [rate reset in 10m]",
    403,
    "API rate limit of 5000 still exceeded until 2027-01-31, not making remote request.",
  ],
])("a status in an error: %s", (text, status, message) => {
  expect(answerInError(new Error(text))).toEqual({ status, headers: {}, body: { message } });
});

test.each([
  [
    'failed: 1 error occurred:\n\t* Get "http://127.0.0.1:1/api/v3/repos/o/r": dial tcp 127.0.0.1:1: connect: connection refused\n\n',
    'Get "http://127.0.0.1:1/api/v3/repos/o/r": dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  ["error reading from server: EOF", "error reading from server: EOF"],
  ["bad github_pat_11ABC_xyz, and ghs_1234.", "bad [secret], and [secret]"],
  ["", "no reason given"],
])("an error without one: %j", (text, problem) => {
  expect(answerInError(new Error(text))).toEqual({ problem });
});
