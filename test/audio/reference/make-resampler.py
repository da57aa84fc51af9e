"""Writes resampler.json: the numbers that src/audio/resampler.ts is checked against, computed by scipy.

The filter is designed by scipy.signal.firwin, applied by scipy.signal.resample_poly: neither shares code with ours.
Run: python3 make-resampler.py > resampler.json   (numpy, scipy)
"""

import json
import math

import numpy as np
import scipy
from scipy import signal

SAMPLES = 4000


def signals(rate):
    t = np.arange(SAMPLES) / rate
    state, noise = 12345, np.empty(SAMPLES)
    for n in range(SAMPLES):
        state = (1664525 * state + 1013904223) % 2**32
        noise[n] = (state / 2**32 - 0.5) * 0.4
    seconds = SAMPLES / rate
    return {
        "chirp": 0.5 * np.sin(2 * math.pi * (100 * t + (rate / 2 - 100) / (2 * seconds) * t * t)),
        "noise": noise,
    }


def resample(x, rate, target):
    divisor = math.gcd(rate, target)
    up, down = target // divisor, rate // divisor
    low = min(rate, target)
    attenuation, transition = 85, 0.075 * low / rate * 2 * math.pi
    half = math.ceil((attenuation - 7.95) / (2.285 * transition) / 2)
    window = ("kaiser", signal.kaiser_beta(attenuation))
    taps = signal.firwin(2 * half * up + 1, low / (rate * up), window=window)
    return signal.resample_poly(x.astype(np.float32).astype(np.float64), up, down, window=taps)


cases = []
for rate, target in [(11025, 8000), (16000, 8000), (22050, 8000), (44100, 8000), (48000, 8000), (16001, 8000), (8000, 16000)]:
    for name, x in signals(rate).items():
        y = resample(x, rate, target)
        at = sorted({0, 1, 2, 3, len(y) - 2, len(y) - 1, *range(7, len(y), max(1, len(y) // 40))})
        cases.append({"fromHz": rate, "toHz": target, "signal": name, "length": len(y), "indices": at, "values": [float(f"{y[i]:.8g}") for i in at]})

print(json.dumps({
    "description": f"scipy {scipy.__version__} signal.resample_poly, Kaiser window of 85 dB, of {SAMPLES} samples rounded to float32",
    "chirp": "0.5*sin(2*pi*(100*t + (rate/2 - 100)/(2*seconds)*t*t)), t = n/rate, seconds = samples/rate",
    "noise": "s = 12345; s = (1664525*s + 1013904223) mod 2^32; x[n] = (s/2^32 - 0.5)*0.4",
    "samples": SAMPLES,
    "cases": cases,
}).replace('{"fromHz"', '\n{"fromHz"'))
