"""The one DynamoDB table: keys, items, transactions, the worklist and due indexes, the policy registry."""
