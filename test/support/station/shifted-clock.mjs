// Loaded before the station (`NODE_OPTIONS=--import=…`): its wall clock is so far ahead of the right one as EVIDOCK_TEST_AHEAD_MS says. The time since the start of the machine stays right.
const Real = Date;
const aheadMs = Number(process.env.EVIDOCK_TEST_AHEAD_MS ?? 0);
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + aheadMs);
    else super(...args);
  }

  static now() {
    return Real.now() + aheadMs;
  }
};
