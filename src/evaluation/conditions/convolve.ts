/** An iterative radix-2 transform in place; `sign` -1 forward, 1 back without the division. Lengths are powers of 2. */
function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const cos = Math.cos((2 * Math.PI * k) / size);
      const sin = sign * Math.sin((2 * Math.PI * k) / size);
      for (let even = k; even < n; even += size) {
        const odd = even + half;
        const oddRe = re[odd]! * cos - im[odd]! * sin;
        const oddIm = re[odd]! * sin + im[odd]! * cos;
        re[odd] = re[even]! - oddRe;
        im[odd] = im[even]! - oddIm;
        re[even]! += oddRe;
        im[even]! += oddIm;
      }
    }
  }
}

/** Both signals convolved, cut to the length of the first one (overlap-add with the fast Fourier transform). */
export function convolve(samples: Float32Array, response: Float32Array): Float32Array {
  const size = 2 ** Math.ceil(Math.log2(2 * Math.max(1, response.length)));
  const block = size - response.length + 1;
  const hRe = new Float64Array(size);
  const hIm = new Float64Array(size);
  hRe.set(response);
  transform(hRe, hIm, -1);
  const output = new Float32Array(samples.length);
  for (let at = 0; at < samples.length; at += block) {
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    re.set(samples.subarray(at, at + block));
    transform(re, im, -1);
    for (let k = 0; k < size; k++) {
      const real = re[k]! * hRe[k]! - im[k]! * hIm[k]!;
      im[k] = re[k]! * hIm[k]! + im[k]! * hRe[k]!;
      re[k] = real;
    }
    transform(re, im, 1);
    const end = Math.min(size, samples.length - at);
    for (let i = 0; i < end; i++) output[at + i]! += re[i]! / size;
  }
  return output;
}
