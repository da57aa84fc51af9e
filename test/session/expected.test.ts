import test from 'ava';
import { Expected } from '../../src/session/expected.js';

test('waiting in turns leaves nothing with what is waited for', async (t) => {
  let listeners = 0;
  let come: (value: string) => void = () => undefined;
  const promise = new Promise<string>((resolve) => (come = resolve));
  const then = promise.then.bind(promise);
  promise.then = ((...on: Parameters<typeof then>) => {
    listeners++;
    return then(...on);
  }) as typeof promise.then;
  const expected = new Expected(promise);
  for (let turn = 0; turn < 20; turn++) t.false(await expected.within(1));
  t.is(listeners, 1);
  setTimeout(come, 5, 'here');
  t.true(await expected.within(10_000));
  t.is(await expected.take(), 'here');
});

test('a failure is told to whoever takes it', async (t) => {
  const expected = new Expected(Promise.reject(new Error('gone')));
  t.true(await expected.within(10_000));
  await t.throwsAsync(expected.take(), { message: 'gone' });
});
