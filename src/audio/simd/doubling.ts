import { f64x2, FunctionCode, i32, instantiate, repeat, v128, type Code } from './assembler.js';

const NUMBER_BYTES = 8;
const PAIR_BYTES = 2 * NUMBER_BYTES;
/** Vectors of two outputs that are summed side by side: each waits for its own additions only. */
const PAIRS = 4;

/**
 * The samples between those that are there, for twice the rate: each is a weighted sum of its neighbours, whose weights read the
 * same from both ends, so that half the products will do. In double precision and in one order, whichever outputs meet.
 * Not to be shared between threads.
 */
export class Doubling {
  readonly #input: Float64Array;
  readonly #output: Float32Array;
  readonly #run: (end: number) => void;
  readonly #outputAt: number;

  /**
   * @param weights of all neighbours, an even number
   * @param most samples between others that are asked for at once
   */
  constructor(
    private readonly weights: Float64Array,
    most: number,
  ) {
    const { length: taps } = weights;
    // The last outputs are computed in company of some that nobody wants.
    const outputs = Math.ceil(most / (2 * PAIRS)) * 2 * PAIRS;
    const inputAt = taps * NUMBER_BYTES;
    this.#outputAt = inputAt + (outputs + taps) * NUMBER_BYTES;
    const { run, memory } = instantiate(
      doublingCode(taps, inputAt, this.#outputAt),
      this.#outputAt + outputs * NUMBER_BYTES,
    );
    new Float64Array(memory, 0, taps).set(weights);
    this.#input = new Float64Array(memory, inputAt, outputs + taps);
    this.#output = new Float32Array(memory, this.#outputAt, 2 * outputs);
    this.#run = run;
  }

  /**
   * Writes `count` pairs to `output` from `at` on: an input, and what lies between it and the next. The first pair's neighbours
   * begin at `start`.
   */
  double(input: Float64Array, start: number, count: number, output: Float32Array, at: number): void {
    if (count === 0) return;
    this.#input.set(input.subarray(start, start + count + this.weights.length - 1));
    this.#run(this.#outputAt + count * NUMBER_BYTES);
    output.set(this.#output.subarray(0, 2 * count), at);
  }
}

/** Its parameter is where the output ends. The weights are at 0. */
function doublingCode(taps: number, inputAt: number, outputAt: number): FunctionCode {
  const code = new FunctionCode(1);
  const [end] = code.parameters as [(typeof code.parameters)[number]];
  const [output, input, left, right, weight] = [code.i32(), code.i32(), code.i32(), code.i32(), code.i32()];
  const factor = code.v128();
  const pairs = Array.from({ length: PAIRS }, (_, n) => ({ sum: code.v128(), offset: n * PAIR_BYTES }));
  const half = (taps / 2) * NUMBER_BYTES;
  const middle = half - NUMBER_BYTES;
  const step = (at: typeof left, bytes: number): Code => at.set(i32.add(at.get, i32.constant(bytes)));
  const tap = pairs.map(({ sum, offset }) => {
    const neighbours = f64x2.add(v128.load(left.get, offset), v128.load(right.get, offset));
    return sum.set(f64x2.add(sum.get, f64x2.mul(factor.get, neighbours)));
  });
  const store = pairs.map(({ sum, offset }) => {
    const given = v128.load(input.get, offset + middle);
    return v128.store(output.get, offset, f64x2.interleaveSingle(given, sum.get));
  });
  code.add(
    input.set(i32.constant(inputAt)),
    output.set(i32.constant(outputAt)),
    repeat(output, PAIRS * PAIR_BYTES, end.get, [
      ...pairs.map(({ sum }) => sum.set(f64x2.constant(0))),
      left.set(input.get),
      right.set(i32.add(input.get, i32.constant((taps - 1) * NUMBER_BYTES))),
      weight.set(i32.constant(0)),
      repeat(weight, NUMBER_BYTES, i32.constant(half), [
        factor.set(f64x2.loadSplat(weight.get)),
        ...tap,
        step(left, NUMBER_BYTES),
        step(right, -NUMBER_BYTES),
      ]),
      ...store,
      step(input, PAIRS * PAIR_BYTES),
    ]),
  );
  return code;
}
