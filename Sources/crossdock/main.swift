print("crossdock")
