/** What somebody entered that can't be taken as it is. */
export const INPUT = {
  timeZone: 'expected a time zone such as Europe/Berlin, got "{{got}}"',
  cron: 'expected a cron pattern of five fields, got "{{cron}}"',
  neverDue: 'the pattern "{{cron}}" is never due',
  quietHours: 'expected quiet hours as HH:MM-HH:MM, got "{{got}}"',
  topicPattern: 'expected a regular expression after "~" ({{why}}), got "{{pattern}}"',
  noSystemdForm: 'the pattern "{{cron}}" has no form for systemd here',
  noEntryPath: 'can\'t write the path "{{path}}" into an entry for another scheduler',
  noFile: 'can\'t read "{{path}}": there is none',
  fileNotAllowed: 'can\'t read "{{path}}": not allowed',
  keptNoYaml: 'its text is no YAML, so it was not kept',
  keptNoSecret: 'its text holds a secret in clear ("{{key}}"), so it was not kept',
} as const
