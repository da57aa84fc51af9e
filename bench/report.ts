import type { Results } from './results.js';

function row(name: string, value: string): string {
  return `  ${name.padEnd(34)} ${value}\n`;
}

/** Prints what a run found. */
export function printTable(results: Results): void {
  const { machine, goals, steps, stages, costByLength, peers, replayComparison } = results;
  const write = (text: string): void => void process.stdout.write(text);
  write(
    `\n${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; node ${machine.node}, `,
  );
  write(`ONNX Runtime ${machine.onnxRuntime}; load before ${machine.loadBefore}\n\nGoals\n`);
  for (const goal of goals) {
    const bound = 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
    write(
      row(goal.name, `${String(goal.value).padEnd(10)} ${bound.padEnd(14)} ${goal.met ? 'met' : 'MISSED'}`),
    );
  }
  for (const note of results.notes) write(`  ! ${note}\n`);
  write(
    '\nLive calls   a core   ms CPU a call second (main thread, database)   worked   decision p50 / p99 ms   MiB\n',
  );
  for (const step of steps) {
    const cpu = `${step.cpuMsPerCallSecond} (${step.mainThreadMsPerCallSecond}, ${step.databaseMsPerCallSecond})`;
    const latency = `${step.decisionLatencyP50Ms} / ${step.decisionLatencyP99Ms}`;
    write(
      `${String(step.calls).padStart(10)} ${String(step.callersPerCore).padStart(8)}   ${cpu.padEnd(46)} ${String(step.workedShare).padEnd(8)} ${latency.padEnd(23)} ${step.residentMiB}\n`,
    );
  }
  write('\nWhere a second of call goes, every window embedded, ms of CPU\n');
  for (const [name, ms] of Object.entries(stages)) write(row(name, ms.toFixed(3)));
  const { fingerprints, msPerWindow, msToRead } = replayComparison;
  write(`\nReplays, ${fingerprints} calls kept, ms of CPU of the main thread\n`);
  write(row('a window of 3 s of speech', msPerWindow.toFixed(3)));
  write(row('to read them as a call begins', msToRead.toFixed(3)));
  write('\nCost by length of call\n');
  for (const { minutes, cpuMsPerCallSecond } of costByLength) {
    write(row(`${minutes} min`, `${cpuMsPerCallSecond} ms a second`));
  }
  write('\nPeers, ms of CPU a second of speech\n');
  write(row('this extractor', peers.vouchExtractor.toFixed(2)));
  for (const [file, ms] of Object.entries(peers.sherpaOnnx)) write(row(`sherpa-onnx, ${file}`, String(ms)));
  write(row('naive, whole audio each update', String(peers.naive.wholeAudioEachUpdate)));
  write(row('each window once', String(peers.naive.eachWindowOnce)));
  write(row('start-up', `${results.startUpMs} ms`));
}
