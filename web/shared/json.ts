/**
 * A message as it crosses HTTP: proto3 JSON of a generated type. Times are RFC 3339 texts, bytes are base64, a oneof is a
 * field among others, a value of an enum is its name, and every field may be missing (what has its default value is left out).
 */
export type Json<T> = T extends Date
  ? string
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? Json<Item>[]
      : T extends object
        ? JsonObject<T>
        : T extends string
          ? `${T}`
          : T;

type JsonObject<T> = {
  -readonly [Key in keyof T as IsOneof<T[Key]> extends true ? never : Key]?:
    Json<NonNullable<T[Key]>> | undefined;
} & Oneofs<T>;

type IsOneof<T> = [Extract<T, { $case: string }>] extends [never] ? false : true;

/** The cases of all oneofs of a message, each a field that may be there. */
type Oneofs<T> = UnionToIntersection<
  {
    [Key in keyof T]-?: IsOneof<T[Key]> extends true ? Cases<Extract<T[Key], { $case: string }>> : never;
  }[keyof T]
>;

type Cases<T extends { $case: string }> = {
  [Case in T['$case']]?: Json<
    NonNullable<Extract<T, { $case: Case }> extends { value?: infer Value } ? Value : never>
  >;
};

type UnionToIntersection<T> = [T] extends [never]
  ? unknown
  : (T extends unknown ? (_: T) => void : never) extends (_: infer All) => void
    ? All
    : never;
