"""Taking in tables: from a file of rows and columns to the arrays that models of tables train on."""
