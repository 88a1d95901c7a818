#!/bin/bash
# Monthly compliance report

echo "=== Kafka Backup Compliance Report ==="
echo "Period: $(date -d 'last month' +%Y-%m)"
echo ""

# List all backups
coffer list --path s3://compliance-backups/production/daily \
  --format json | jq -r '.backups[] | "\(.backup_id) | \(.created_at) | \(.statistics.records) records"'

# Validate recent backups
for backup in $(coffer list --path s3://compliance-backups/production/daily --format json | jq -r '.backups[-7:][].backup_id'); do
  echo "Validating: $backup"
  coffer validate --path s3://compliance-backups/production/daily --backup-id "$backup"
done
