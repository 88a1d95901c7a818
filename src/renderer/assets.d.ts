/** What Vite resolves and type checking needn't. */
declare module '*.css'
