"""One window of Chromium as a test sees it: whose it is, how large, and what stands in it."""

from selenium.webdriver.common.by import By

import most

PHONE, DESKTOP = (390, 844), (1280, 800)


class Browser:
    def __init__(self, driver, origin, language, size, scheme):
        """As somebody who has not been at this origin: nothing is stored."""
        self.driver, self.size = driver, size
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
        driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {
            "userAgent": driver.execute_script("return navigator.userAgent"),
            "acceptLanguage": language})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-reduced-motion", "value": "reduce"},
            {"name": "prefers-color-scheme", "value": scheme}]})
        driver.execute_cdp_cmd("Storage.clearDataForOrigin", {
            "origin": origin, "storageTypes": "all"})

    @staticmethod
    def wait(check, what=None):
        def tried():
            try:
                return check()
            except IndexError:  # check wants the first or the last of several: there is none yet
                return False
            except Exception as error:  # the page changes while it is looked at
                if "stale element" in str(error):
                    return False
                raise
        return most.eventually(tried, what=what)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)
