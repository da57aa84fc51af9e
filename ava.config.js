export default {
  files: ['dist/test/**/*.test.js'],
  timeout: '2m',
  // The tests start a real database and real models: as many files at once as cores, no more.
  concurrency: 2,
};
