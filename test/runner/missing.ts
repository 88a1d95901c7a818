import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot, runTool } from '../rig/cache.ts'
import { KAFKA_VERSION } from '../rig/kafka-jars.ts'
import { PDF_CHECKS } from '../rig/pdf-checks.ts'
import { VERSITYGW_VERSION } from '../rig/versitygw.ts'

/** What the real tests need and this machine doesn't have, each with what to install. Says what it found out on the way. */
export async function missingPrograms(): Promise<string[]> {
  const missing: string[] = []
  const need = async (program: string, args: string[], install: string) => {
    if (!(await runs(program, args))) missing.push(`${program}: ${install}`)
  }
  await need('java', ['-version'], 'install a JDK of version 17 or later (Debian: apt install openjdk-17-jdk-headless)')
  await need('javac', ['-version'], 'install a JDK, not only a JRE (Debian: apt install openjdk-17-jdk-headless)')
  await need('bash', ['--version'], 'install bash, which runs the guides’ scripts (Debian: apt install bash)')
  await need('jq', ['--version'], 'install jq, which the guides’ scripts use (Debian: apt install jq)')
  await need('openssl', ['version'], 'install openssl (Debian: apt install openssl)')
  await need('dbus-run-session', ['--version'], 'install D-Bus, the bus of a keychain (Debian: apt install dbus)')
  await need('gnome-keyring-daemon', ['--version'], 'install GNOME Keyring (Debian: apt install gnome-keyring)')
  if (!existsSync(join(cacheRoot(), `kafka-${KAFKA_VERSION}`)) || !existsSync(join(cacheRoot(), PDF_CHECKS))) {
    await need('mvn', ['-version'], 'install Apache Maven, which fetches Kafka and EU DSS (Debian: apt install maven)')
  }
  if (!existsSync(join(cacheRoot(), `versitygw-${VERSITYGW_VERSION}`))) {
    await need('go', ['version'], 'install Go 1.24 or later, which builds the S3 server (https://go.dev/doc/install)')
  }
  await need('pdfsig', ['-v'], 'install poppler’s tools, one of the judges of PDFs (Debian: apt install poppler-utils)')
  await need('qpdf', ['--version'], 'install qpdf, one of the judges of PDFs (Debian: apt install qpdf)')
  await need('python3', ['-m', 'pip', '--version'], 'install Python with pip (Debian: apt install python3-pip)')
  return missing
}

async function runs(program: string, args: string[]): Promise<boolean> {
  try {
    return (await runTool(program, args)).code === 0
  } catch {
    return false
  }
}
