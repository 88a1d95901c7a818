/** What Vite resolves and type checking needn't. */
declare module '*.css'
declare module '*?url' {
  const address: string
  export default address
}
