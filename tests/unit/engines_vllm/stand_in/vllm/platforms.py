import os


class Platform:
    def is_cpu(self) -> bool:
        return os.environ.get("STAND_IN_PLATFORM", "cpu") == "cpu"


current_platform = Platform()
