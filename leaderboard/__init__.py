"""The leaderboard: submissions, their validation, and the static site."""
