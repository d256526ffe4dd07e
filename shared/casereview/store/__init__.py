"""Store records in the one DynamoDB table: keys, items, transactions, the two indexes, the policy registry."""
