export default {
  files: ['dist/test/**/*.prove.js'],
  timeout: '20m',
  concurrency: 1,
};
