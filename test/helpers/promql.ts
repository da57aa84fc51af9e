import { parser } from '@prometheus-io/lezer-promql';

/** A series that an expression asks for, and the values that it wants of labels; null: any. */
interface Selector {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Patterns, which may name several values. */
  readonly patterns: Readonly<Record<string, string>>;
}

/** What an expression asks for. */
export interface Query {
  readonly selectors: readonly Selector[];
  /** Labels that something is grouped by. */
  readonly grouped: readonly string[];
}

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** Reads an expression with Prometheus' own grammar. Throws where it does not fit. */
export function readQuery(expression: string): Query {
  const text = (node: SyntaxNode | null): string => (node ? expression.slice(node.from, node.to) : '');
  const selectors: Selector[] = [];
  const grouped: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ node }) => {
      if (node.type.isError) throw new Error(`Not PromQL at ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector') selectors.push(readSelector(node, text));
      if (node.name === 'GroupingLabels') grouped.push(...node.getChildren('LabelName').map(text));
    },
  });
  return { selectors, grouped };
}

function readSelector(node: SyntaxNode, text: (node: SyntaxNode | null) => string): Selector {
  const labels: Record<string, string> = {};
  const patterns: Record<string, string> = {};
  for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
    const value = text(matcher.getChild('StringLiteral')).slice(1, -1);
    const isPattern = text(matcher.getChild('MatchOp')).endsWith('~');
    (isPattern ? patterns : labels)[text(matcher.getChild('LabelName'))] = value;
  }
  return { metric: text(node.getChild('Identifier')), labels, patterns };
}
