export default {
  files: ['dist/test/**/*.test.js'],
  timeout: '2m',
  // Each file has a database and models of its own; on two cores, a third one works while others wait.
  concurrency: 3,
};
