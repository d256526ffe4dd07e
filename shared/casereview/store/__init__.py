"""Store records in the one DynamoDB table: keys, items, transactions, the indexes, the policy registry."""
