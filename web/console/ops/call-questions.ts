import { html } from 'lit';
import type { Outcome, OverrideAction, OverrideReason } from '../../../src/gen/vouch/v1/verification.js';
import type { Api } from '../../shared/api.js';
import type { Json } from '../../shared/json.js';
import type { Question } from '../shell/dialog.js';
import { id } from '../shell/format.js';

const OUTCOMES = [
  ['OUTCOME_GENUINE_CONFIRMED', 'It was the claimed person, for certain'],
  ['OUTCOME_FRAUD_CONFIRMED', 'It was not, for certain'],
  ['OUTCOME_QUESTIONS_PASSED', 'The questions were answered rightly'],
  ['OUTCOME_QUESTIONS_FAILED', 'The questions were not answered rightly'],
] as const;

const ACTIONS = [
  ['OVERRIDE_ACTION_PROCEEDED', 'The caller was served all the same'],
  ['OVERRIDE_ACTION_STEPPED_UP', 'The caller was asked for more'],
  ['OVERRIDE_ACTION_REFUSED', 'The caller was not served'],
  ['OVERRIDE_ACTION_ESCALATED', 'The call was handed over'],
] as const;

const WHY = [
  ['OVERRIDE_REASON_OTHERWISE_IDENTIFIED', 'Identified in another way'],
  ['OVERRIDE_REASON_VOICE_IMPAIRED', 'The voice was not as usual'],
  ['OVERRIDE_REASON_POOR_LINE', 'The line was poor'],
  ['OVERRIDE_REASON_SUSPICION', 'Something was suspicious'],
  ['OVERRIDE_REASON_CUSTOMER_REQUEST', 'The customer asked for it'],
  ['OVERRIDE_REASON_SUPERVISOR_APPROVED', 'A supervisor approved'],
  ['OVERRIDE_REASON_OTHER', 'Something else'],
] as const;

/** What turned out to be true. */
export function askOutcome(api: Api, decisionId: string | undefined): Question {
  return {
    heading: 'What turned out to be true?',
    text: html`<p>
      Confirmed calls are what a calibration for your own calls is fitted to, and what its rates are measured
      on. What is certain counts before answers to questions.
    </p>`,
    fields: [
      {
        name: 'outcome',
        label: 'It turned out that',
        kind: 'select',
        options: OUTCOMES,
        initial: OUTCOMES[0][0],
      },
    ],
    submit: 'Record it',
    done: 'It is recorded beside the decision.',
    run: async ({ outcome }, idempotencyKey) => {
      await api.verification.reportOutcome({
        decisionId,
        outcome: outcome as Json<Outcome>,
        idempotencyKey,
      });
    },
  };
}

/** That somebody did otherwise than the decision suggested. */
export function askOverride(api: Api, callId: string, decisionId: string | undefined): Question {
  return {
    heading: 'Somebody did otherwise',
    text: html`<p>The decision stays as it is; that it was not followed stands in the audit trail.</p>`,
    fields: [
      { name: 'action', label: 'What was done', kind: 'select', options: ACTIONS, initial: ACTIONS[0][0] },
      { name: 'reason', label: 'Why', kind: 'select', options: WHY, initial: WHY[0][0] },
      {
        name: 'note',
        label: 'Note',
        optional: true,
        maximumBytes: 256,
        hint: 'Kept encrypted with the claimed person’s data, and erased with them.',
      },
      {
        name: 'onBehalfOf',
        label: 'Who did it',
        optional: true,
        maximumBytes: 256,
        hint: 'The agent, as they sign in. Empty: you.',
        api: 'on_behalf_of',
      },
    ],
    submit: 'Record it',
    done: 'It is recorded.',
    run: async ({ action, reason, note, onBehalfOf }, idempotencyKey) => {
      await api.verification.overrideDecision({
        callId,
        decisionId,
        action: action as Json<OverrideAction>,
        reason: reason as Json<OverrideReason>,
        note,
        onBehalfOf,
        idempotencyKey,
      });
    },
  };
}

/** Stops listening, or begins again. */
export function askPause(api: Api, callId: string, paused: boolean, done: () => Promise<void>): Question {
  if (paused)
    return {
      heading: 'Listen to the call again',
      text: html`<p>Only once nothing is said any more that nobody may keep, such as a card number.</p>`,
      fields: [],
      submit: 'Listen again',
      done: 'The call is listened to again.',
      run: async (_, idempotencyKey) => {
        await api.verification.resumeCall({ callId, idempotencyKey });
        await done();
      },
    };
  return {
    heading: 'Pause listening',
    text: html`<p>
      From now on all audio of this call is dropped, and what is buffered is emptied, until somebody lets it
      be listened to again. The call itself goes on.
    </p>`,
    fields: [
      {
        name: 'reason',
        label: 'Why',
        maximumBytes: 64,
        hint: 'For example: card payment. Name nobody.',
      },
    ],
    submit: 'Pause',
    done: 'The call is not listened to.',
    run: async ({ reason }, idempotencyKey) => {
      await api.verification.pauseCall({ callId, reason, idempotencyKey });
      await done();
    },
  };
}

/** Lets a voiceprint learn from a live call that it was accepted by. */
export function askAdapt(api: Api, callId: string, speakerId: string, done: () => void): Question {
  return {
    heading: 'Learn from this call',
    text: html`<p>
        The next version of the voiceprint of ${id(speakerId)} is made from it and what the caller said, and
        is in use at once.
      </p>
      <p class="quiet">
        For people who agreed that their voiceprint adapts, and calls that are verified well above the
        threshold. It can be rolled back on the person’s page.
      </p>`,
    fields: [],
    submit: 'Learn',
    done: 'The voiceprint learnt from this call.',
    run: async (_, idempotencyKey) => {
      await api.enrolment.adaptFromCall({ callId, speakerId, idempotencyKey });
      done();
    },
  };
}
