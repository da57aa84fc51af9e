import test from 'ava';
import fc from 'fast-check';
import { speakerTerm } from '../../src/terms/terms.js';

const DAY = 86_400_000;
const policy = {
  inactivityDays: 1095,
  absoluteDays: 3650,
  lapsedConsentDays: 30,
  callScoresDays: 90,
  callRowsDays: 400,
  enrolmentJobDays: 90,
  evidenceDays: 3650,
  backupDays: 35,
  idempotencyDays: 30,
  callFingerprintDays: 90,
};
const at = (days: number): Date => new Date(days * DAY);

test('the shortest of all limits wins, and says which it was', (t) => {
  const days = fc.integer({ min: 1, max: 36_500 });
  fc.assert(
    fc.property(
      fc.record({
        renewed: fc.nat(20_000),
        calledLater: fc.nat(5000),
        inactivityDays: days,
        absoluteDays: days,
        notices: fc.array(days, { maxLength: 3 }),
      }),
      ({ renewed, calledLater, inactivityDays, absoluteDays, notices }) => {
        const active = renewed + calledLater;
        const speaker = { lastRenewedAt: at(renewed), lastActiveAt: at(active) };
        const term = speakerTerm(speaker, { ...policy, inactivityDays, absoluteDays }, notices);
        const due = Math.min(
          active + inactivityDays,
          renewed + absoluteDays,
          ...notices.map((each) => active + each),
        );
        const counted = { INACTIVITY: active + inactivityDays, ABSOLUTE: renewed + absoluteDays };
        const byRule = term.rule in counted ? counted[term.rule as keyof typeof counted] : due;
        return term.dueAt.getTime() === due * DAY && byRule === due;
      },
    ),
  );
  t.pass();
});

test('a notice’s limit counts from the last use, the absolute one does not', (t) => {
  const speaker = { lastRenewedAt: at(0), lastActiveAt: at(1000) };
  t.deepEqual(speakerTerm(speaker, policy, [365]), { dueAt: at(1365), rule: 'NOTICE' });
  t.deepEqual(speakerTerm(speaker, policy, []), { dueAt: at(2095), rule: 'INACTIVITY' });
  t.deepEqual(speakerTerm({ ...speaker, lastActiveAt: at(3600) }, policy, [365]), {
    dueAt: at(3650),
    rule: 'ABSOLUTE',
  });
});
