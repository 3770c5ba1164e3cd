/** What is interrupted by what, and when. */
export interface Choice {
  operation: number;
  interruption: number;
  /** How far the operation has come, from 0 to 1. */
  moment: number;
}

/** As many choices as are wanted; the same seed chooses the same. */
export function choices(
  seed: number,
  runs: number,
  { operations, interruptions }: { operations: number; interruptions: number },
): Choice[] {
  const random = randomNumbers(seed);
  const below = (count: number) => Math.floor(random() * count);
  return Array.from({ length: runs }, () => ({
    operation: below(operations),
    interruption: below(interruptions),
    moment: random(),
  }));
}

/** Numbers from 0 to 1: the generator "minimal standard" of Park and Miller. */
function randomNumbers(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (Math.abs(Math.trunc(seed)) % (modulus - 1)) + 1;
  return () => {
    state = (state * 48_271) % modulus;
    return (state - 1) / (modulus - 1);
  };
}
