export default {
  files: ['dist/test/**/*.screens.js'],
  timeout: '10m',
  concurrency: 1,
};
