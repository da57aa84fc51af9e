/** What the tests look at of an answer of the command; which of it is there depends on the command. */
export interface Answer {
  readonly error: Readonly<Record<'status' | 'reason' | 'field', string>>;
  readonly callId: string;
  readonly container: string;
  readonly decision: {
    readonly decisionId: string;
    readonly kind: string;
    readonly nextAction: string;
    readonly confidence?: number;
    readonly confidenceBand: string;
  };
  readonly eventId: string;
  readonly reference: { readonly id: string; readonly version: number };
  readonly retroactive?: boolean;
  readonly state: string;
  readonly textSha256: string;
  readonly voiceprint: { readonly label: string; readonly proofing: { readonly strength: string } };
  readonly voiceprints: readonly { readonly voiceprintId: string }[];
}
