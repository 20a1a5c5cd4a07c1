# unit tests: being written
