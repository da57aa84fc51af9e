import {
  ScalarType,
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescOneof,
} from '@bufbuild/protobuf';

/** A JSON Schema of the dialect of OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

/** What the contract says of its own parts, by their full names. */
export type Comments = ReadonlyMap<string, string>;

const INTEGERS: ReadonlyMap<ScalarType, Schema> = new Map([
  [ScalarType.INT32, { type: 'integer', format: 'int32' }],
  [ScalarType.SINT32, { type: 'integer', format: 'int32' }],
  [ScalarType.UINT32, { type: 'integer', minimum: 0, maximum: 0xffff_ffff }],
]);

/** Proto3 JSON of what JSON has no numbers for. */
const NOT_NUMBERS = ['NaN', 'Infinity', '-Infinity'];

/** The schemas of messages and enums, and of all that they are made of: proto3 JSON. */
export class Schemas {
  readonly #all = new Map<string, Schema>();

  constructor(private readonly comments: Comments) {}

  /** All that was referred to so far, by name. */
  get components(): Schema {
    return Object.fromEntries([...this.#all].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to a message or enum. */
  of(type: DescMessage | DescEnum): Schema {
    if (type.typeName === 'google.protobuf.Timestamp') return { type: 'string', format: 'date-time' };
    const name = type.typeName.replace(/^vouch\.v1\./, '');
    if (!this.#all.has(name)) {
      this.#all.set(name, {}); // What refers to itself finds it there.
      this.#all.set(name, type.kind === 'message' ? this.#message(type) : this.#enum(type));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #message(message: DescMessage): Schema {
    const properties = message.fields.map((field) => [field.jsonName, this.#field(field)] as const);
    const choices = message.oneofs.map(atMostOne);
    return {
      type: 'object',
      ...described(this.comments.get(message.typeName)),
      properties: Object.fromEntries(properties),
      ...(choices.length > 0 && { allOf: choices }),
    };
  }

  #field(field: DescField): Schema {
    const comment = described(this.comments.get(`${field.parent.typeName}.${field.name}`));
    if (field.fieldKind === 'list') return { type: 'array', items: this.#single(field), ...comment };
    return { ...this.#single(field), ...comment };
  }

  #single({ message, enum: values, scalar }: DescField): Schema {
    const type = message ?? values;
    return type ? this.of(type) : ofScalar(scalar);
  }

  #enum({ typeName, values }: DescEnum): Schema {
    const lines = values.map(
      ({ name }) => `- \`${name}\`: ${this.comments.get(`${typeName}.${name}`) ?? ''}`,
    );
    const description = [this.comments.get(typeName), lines.join('\n')].filter(Boolean).join('\n\n');
    return { type: 'string', enum: values.map(({ name }) => name), description };
  }
}

function ofScalar(scalar: ScalarType | undefined): Schema {
  const integer = scalar === undefined ? undefined : INTEGERS.get(scalar);
  if (integer) return integer;
  switch (scalar) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { anyOf: [{ type: 'number' }, { type: 'string', enum: NOT_NUMBERS }] };
    default:
      // 64 bits, which JSON's numbers do not hold, and what the contract does not use.
      return { type: ['string', 'number'] };
  }
}

function atMostOne({ fields }: DescOneof): Schema {
  const each = fields.map(({ jsonName }) => ({ required: [jsonName] }));
  return { oneOf: [...each, { not: { anyOf: each } }] };
}

function described(comment: string | undefined): Schema {
  return comment === undefined ? {} : { description: comment };
}

/** The comments of a file of the contract. */
export function commentsOf(file: DescFile): Comments {
  const byPath = new Map(
    (file.proto.sourceCodeInfo?.location ?? []).map(({ path, leadingComments }) => [
      path.join('.'),
      leadingComments,
    ]),
  );
  const comments = new Map<string, string>();
  const note = (name: string, path: string) => {
    const text = byPath.get(path)?.trim().replaceAll(/\n\s*/g, '\n');
    if (text) comments.set(name, text);
  };
  const noteEnum = ({ typeName, values }: DescEnum, path: string) => {
    note(typeName, path);
    for (const [index, { name }] of values.entries()) note(`${typeName}.${name}`, `${path}.2.${index}`);
  };
  const noteMessage = (message: DescMessage, path: string) => {
    note(message.typeName, path);
    for (const [index, { name }] of message.fields.entries())
      note(`${message.typeName}.${name}`, `${path}.2.${index}`);
    for (const [index, inner] of message.nestedMessages.entries()) noteMessage(inner, `${path}.3.${index}`);
    for (const [index, inner] of message.nestedEnums.entries()) noteEnum(inner, `${path}.4.${index}`);
  };
  // The numbers are those of descriptor.proto's fields.
  for (const [index, message] of file.messages.entries()) noteMessage(message, `4.${index}`);
  for (const [index, values] of file.enums.entries()) noteEnum(values, `5.${index}`);
  for (const [index, service] of file.services.entries()) {
    note(service.typeName, `6.${index}`);
    for (const [at, { name }] of service.methods.entries())
      note(`${service.typeName}.${name}`, `6.${index}.2.${at}`);
  }
  return comments;
}
