"""What students see: cards, buttons, forms, replies, errors. Draws; decides nothing."""
