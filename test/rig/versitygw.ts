import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, mustRun } from './cache.ts'

export const VERSITYGW_VERSION = 'v1.8.0'
const INSTALL_GO = 'install Go 1.24 or later (https://go.dev/doc/install)'

/**
 * Compiled as it is written, without what optimising and debuggers need, and with less of the compiler's own tidying: it
 * serves a few megabytes at a time, and building it takes less than two thirds of the processor.
 */
const QUICK = ['-ldflags=-s -w', '-gcflags=all=-N -l -dwarf=false']

/** The versitygw program: an S3 server with versions, Object Lock and conditional writes. Built once by `go install`. */
export async function versitygwBinary(): Promise<string> {
  const what = `building the S3 server versitygw ${VERSITYGW_VERSION} by go install, about 2 minutes, about 55 MB`
  const folder = await cached(`versitygw-${VERSITYGW_VERSION}`, what, async (to) => {
    await mustRun('go', ['version'], { install: INSTALL_GO })
    const work = join(to, 'work')
    const env = { GOBIN: join(work, 'bin'), GOFLAGS: '-modcacherw', CGO_ENABLED: '0', GOGC: '400' }
    await mustRun('go', ['install', ...QUICK, `github.com/versity/versitygw/cmd/versitygw@${VERSITYGW_VERSION}`], {
      env,
    })
    await rename(join(work, 'bin', 'versitygw'), join(to, 'versitygw'))
    await rm(work, { recursive: true })
  })
  return join(folder, 'versitygw')
}
