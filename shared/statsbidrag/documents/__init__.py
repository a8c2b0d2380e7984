"""What leaves the house and what comes in: bank files, invoices, letters, e-mail, lists."""
