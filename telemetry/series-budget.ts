/** Active series of Grafana Cloud's free tier, for all hosts of a stack together. What is above is discarded. */
export const SERIES_BUDGET = 10_000;
