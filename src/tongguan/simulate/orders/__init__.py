"""The life of orders: from made to fulfilled, cancelled or given back."""
