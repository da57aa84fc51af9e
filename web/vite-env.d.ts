/** Vite: a module built by itself, as its address. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
