"""What `asbuilt verify` holds against each other of a run's directory, by what it is about.

evidence    reads the directory back: somebody else may have written, cut or changed every file of it
checked     what was checked, and what does not fit
files       the digest of each file
answers     whether the kept answers are those of the transcript
population  collected checks and verdicts, each once
renderings  whether journal, JUnit, Allure and summary say what the verdicts say
worlds      whether every file says the same world
statements  whether the statement is about this manifest
"""
