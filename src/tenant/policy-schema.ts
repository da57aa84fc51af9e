import { z } from 'zod';
import type { Policy } from '../domain/policy.js';

/** The most that the contract can say, about 49 days. */
const MOST_MS = 0xffff_ffff;

const milliseconds = z.int().min(0).max(MOST_MS);
const nextAction = z.enum(['WAIT', 'SKIP_QUESTIONS', 'ASK_QUESTIONS', 'STEP_UP', 'OFFER_ENROLMENT', 'REFER']);

/** The form and the ranges of a policy; domain/policy.ts says what each part means. */
export const policySchema: z.ZodType<Policy> = z
  .strictObject({
    targetFalseMatchRate: z.number().min(0.0001).max(0.2),
    minimumNetSpeechMs: milliseconds,
    maximumNetSpeechMs: milliseconds,
    rejectBelowLlr: z.number().min(-100).lt(0),
    rejectMinimumNetSpeechMs: milliseconds,
    decisionHoldsMs: milliseconds,
    allowMixedAudio: z.boolean(),
    shadow: z.boolean(),
    maximumClaims: z.int().min(1).max(100),
    maximumCallMs: milliseconds.min(1000),
    // Policies from before there were such things do not say; nor do they of the next action.
    replayedCalls: z.enum(['OFF', 'ADVISORY', 'REFUSE']).default('REFUSE'),
    syntheticSpeech: z.enum(['OFF', 'ADVISORY', 'REFUSE']).default('ADVISORY'),
    enrolment: z.strictObject({
      minimumNetSpeechFromCallMs: milliseconds,
      minimumNetSpeechFromRecordingMs: milliseconds,
      waitingPeriodMs: milliseconds,
      // Policies from before there were such things do not say.
      approval: z.enum(['NONE', 'REQUIRED']).default('NONE'),
      partialEvidenceMs: milliseconds.default(0),
      adaptation: z.boolean().default(false),
      adaptationMarginLlr: z.number().min(0).max(100).default(2),
      minimumConsistency: z.number().min(-1).max(1),
      minimumSnrDb: z.number().min(-100).max(100),
      maximumClippedShare: z.number().min(0).max(1),
      maximumLabels: z.int().min(1).max(100),
    }),
    nextActions: z.strictObject({
      accept: nextAction,
      acceptHighRisk: nextAction,
      reject: nextAction,
      notEnrolled: nextAction,
      otherwise: nextAction,
      replaySuspected: nextAction.default('STEP_UP'),
    }),
  })
  .refine((policy) => policy.maximumNetSpeechMs >= policy.minimumNetSpeechMs, {
    path: ['maximumNetSpeechMs'],
    message: 'must not be below minimumNetSpeechMs',
  });
