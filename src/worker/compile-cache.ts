/** For hosts, which reach what lies below the worker through it. */
export { keepCompiledCode } from '../archive/compile-cache.ts'
