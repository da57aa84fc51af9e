/**
 * The bytes of small ONNX graphs: protobuf messages by hand, as onnx.proto of ONNX 1.12 numbers their fields. There is no
 * writer of ONNX for Node.
 */

/** A field of a message: its number and a number, a text, or a message. */
type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

function message(...fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
    }),
  );
}

/** ValueInfoProto: float32 of these dimensions; a name may be any size. */
function tensor(name: string, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = shape.map((size): Field => [
    1,
    message(typeof size === 'number' ? [1, size] : [2, size]),
  ]);
  return message([1, name], [2, message([1, message([1, 1], [2, message(...dimensions)])])]);
}

/** AttributeProto: a number, type INT; or several, type INTS. */
function attribute(name: string, value: number | readonly number[]): Uint8Array {
  if (typeof value === 'number') return message([1, name], [3, value], [20, 2]);
  return message([1, name], ...value.map((each): Field => [8, each]), [20, 7]);
}

/** The mean of |x| over all of an input `waveform` of this shape: the output `loudness`, of the shape [1]. */
export function loudnessGraph(shape: readonly (number | string)[]): Uint8Array {
  const absolute = message([1, 'waveform'], [2, 'absolute'], [4, 'Abs']);
  const mean = message(
    [1, 'absolute'],
    [2, 'mean'],
    [4, 'ReduceMean'],
    [5, attribute('axes', shape.map((_, axis) => axis).slice(1))],
    [5, attribute('keepdims', 0)],
  );
  const graph = message(
    [1, absolute],
    [1, mean],
    [2, 'loudness'],
    [11, tensor('waveform', shape)],
    [12, tensor('mean', shape.slice(0, 1))],
  );
  // IR version 8, operators of version 13.
  return message([1, 8], [7, graph], [8, message([2, 13])]);
}
