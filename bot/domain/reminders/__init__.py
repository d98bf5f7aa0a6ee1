"""What is planned as a reminder, and when somebody who stays away is warned."""
