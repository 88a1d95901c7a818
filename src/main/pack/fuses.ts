import { type FuseConfig, FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'

/**
 * Electron's fuses, all of them: what the packaged program can no longer be made to do. A fuse that a later Electron adds
 * stops the packaging until somebody has decided on it.
 */
export const FUSES: FuseConfig = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  // No ELECTRON_RUN_AS_NODE, NODE_OPTIONS or --inspect: nobody runs their own code as this signed program.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  // The archive of the program, its hash in the binary, and nothing from beside it.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // As V8 has it by itself: without, WebAssembly only gets slower.
  [FuseV1Options.WasmTrapHandlers]: true,
}

/** Sets them on a program. @param path of Electron's binary, or of the .app on macOS */
export async function setFuses(path: string, resetSignature = false): Promise<void> {
  await flipFuses(path, { ...FUSES, resetAdHocDarwinSignature: resetSignature })
}
