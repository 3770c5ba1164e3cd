import { describe, expect, test } from "vitest";
import { counterSum, countersOf, sentBetween } from "../../bench/footprint/counters.ts";

const text = `# HELP loki_write_sent_bytes_total Number of bytes sent.
# TYPE loki_write_sent_bytes_total counter
loki_write_sent_bytes_total{component_id="loki.write.a",host="127.0.0.1:18099",tenant=""} 32881
loki_write_sent_bytes_total{component_id="loki.write.b",host="{odd} name",tenant=""} 119
loki_write_sent_entries_total{component_id="loki.write.a"} 1527
prometheus_remote_storage_bytes_total{url="http://127.0.0.1/"} 1.24629e+05 1700000000000
prometheus_remote_storage_bytes_total_more 7
process_cpu_seconds_total 12.5
`;

describe("counterSum", () => {
  test("adds up a metric's series", () => {
    expect(counterSum(text, "loki_write_sent_bytes_total")).toBe(33_000);
  });

  test("takes a metric without labels, and leaves a timestamp out", () => {
    expect(counterSum(text, "process_cpu_seconds_total")).toBe(12.5);
    expect(counterSum(text, "prometheus_remote_storage_bytes_total")).toBe(124_629);
  });

  test("is 0 for a metric without series", () => {
    expect(counterSum(text, "loki_write")).toBe(0);
  });

  test("refuses what is no number", () => {
    expect(() => counterSum("a{} many\n", "a")).toThrow("no number at the end of: a{} many");
  });
});

test("countersOf reads the three counters", () => {
  expect(countersOf(text)).toEqual({ metricsBytes: 124_629, logsBytes: 33_000, logLines: 1_527 });
});

describe("sentBetween", () => {
  const before = { metricsBytes: 100, logsBytes: 20, logLines: 3 };

  test("is the difference", () => {
    const after = { metricsBytes: 150, logsBytes: 20, logLines: 10 };
    expect(sentBetween("alloy", before, after)).toEqual({
      metricsBytes: 50,
      logsBytes: 0,
      logLines: 7,
    });
  });

  test("refuses counters that fell", () => {
    expect(() => sentBetween("alloy", before, { ...before, logLines: 0 })).toThrow(
      "alloy was restarted during the measurement: its counter logLines fell.",
    );
  });
});
