// The program with Pulumi's mocks in place of the engine. One file and so one process for all of its
// suites: Pulumi takes 0.7 s to load, and most suites look at the same three runs.
import "./program/containers.suite.ts";
import "./program/github.suite.ts";
import "./program/grafana-cloud.suite.ts";
import "./program/host.suite.ts";
import "./program/host-checks.suite.ts";
import "./program/images-and-limits.suite.ts";
import "./program/networks-and-labels.suite.ts";
import "./program/resource-graph.suite.ts";
import "./program/runs.suite.ts";
import "./program/secrets.suite.ts";
